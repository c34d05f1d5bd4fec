// Dark for those who have chosen nothing: the theme asks for what is kept here.
try {
  if (!localStorage.getItem("theme")) localStorage.setItem("theme", "dark");
} catch (error) {
  // nothing can be kept here: the page goes by what the browser prefers
}

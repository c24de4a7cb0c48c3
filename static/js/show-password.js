// Adds a button to every password field that shows or hides what is typed.
for (const input of document.querySelectorAll('input[type="password"]')) {
  const button = document.createElement("button");
  const wrapper = document.createElement("div");
  const label = input.labels[0]?.textContent ?? "password";
  const updateButton = () => {
    const isShown = input.type === "text";
    button.textContent = isShown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${isShown ? "Hide" : "Show"} ${label.toLowerCase()}`);
  };
  button.type = "button";
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    updateButton();
  });
  // So that the password manager and the form history always see a password field.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  wrapper.className = "with-toggle";
  input.replaceWith(wrapper);
  wrapper.append(input, button);
  updateButton();
}

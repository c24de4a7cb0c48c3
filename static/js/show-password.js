// Adds a switch to every password field: seeing what one types prevents more than it risks.
for (const input of document.querySelectorAll('input[type="password"]')) {
  const button = document.createElement("button");
  const around = document.createElement("div");
  const label = input.labels[0]?.textContent ?? "password";
  const say = () => {
    const shown = input.type === "text";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${shown ? "Hide" : "Show"} ${label.toLowerCase()}`);
  };
  button.type = "button";
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    say();
  });
  // So that the password manager and the browser's history see a password, whatever was shown.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  around.className = "with-toggle";
  input.replaceWith(around);
  around.append(input, button);
  say();
}

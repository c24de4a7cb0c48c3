// Grows text areas with their content in browsers without `field-sizing`.
if (!CSS.supports("field-sizing", "content")) {
  for (const area of document.querySelectorAll("textarea[data-grow]")) {
    const grow = () => {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + 2}px`;
    };
    area.addEventListener("input", grow);
    area.addEventListener("filled", grow);
    grow();
  }
}

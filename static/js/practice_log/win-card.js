// Draws the card of a win on this device, and shares it with other apps. Private text is drawn only
// if its box is ticked.
const form = document.getElementById("card");
const canvas = form.querySelector("canvas");
const share = form.querySelector("[data-share]");
const save = form.querySelector("[data-save]");
const pen = canvas.getContext("2d");
const SIDE = canvas.width;
const EDGE = 110;
const SERIF = 'Literata, Charter, "Iowan Old Style", Georgia, serif';

// Returns the text in lines that fit, in the largest font size in which all of them do.
function fitText(text, height) {
  for (let size = 96; ; size -= 6) {
    pen.font = `500 ${size}px ${SERIF}`;
    const lines = [];
    for (const word of text.split(/\s+/)) {
      const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
      if (lines.length && pen.measureText(longer).width <= SIDE - 2 * EDGE) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    if (size <= 30) return { lines: truncateLines(lines, Math.floor(height / (size * 1.3))), size };
    const fits = lines.every((line) => pen.measureText(line).width <= SIDE - 2 * EDGE);
    if (fits && lines.length * size * 1.3 <= height) return { lines, size };
  }
}

// Returns at most `most` lines; an ellipsis ends the last one if there are more.
function truncateLines(lines, most) {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${lines[most - 1]} …`];
}

function draw() {
  const { text, name, day } = form.dataset;
  pen.fillStyle = "#faf7f2";
  pen.fillRect(0, 0, SIDE, SIDE);
  const kite = new Path2D("M13.3 2.6a.8.8 0 0 1 1.15-.1l5.4 5.1a.8.8 0 0 1 .04 1.1l-6.9 8.1a.8.8 0 0 1-1.3-.08L6.5 9.5a.8.8 0 0 1 .06-.9z");
  pen.save();
  pen.translate(EDGE - 40, 90);
  pen.scale(8, 8);
  pen.fillStyle = "#7a4fb5";
  pen.fill(kite);
  pen.restore();
  pen.fillStyle = "#1f1b16";
  pen.textBaseline = "top";
  const words = form.elements.words.checked ? text : "A win worth celebrating";
  const { lines, size } = fitText(words, 520);
  lines.forEach((line, at) => pen.fillText(line, EDGE, 290 + at * size * 1.3, SIDE - 2 * EDGE));
  pen.font = `500 48px ${SERIF}`;
  if (form.elements.name?.checked) pen.fillText(name, EDGE, 860);
  pen.fillStyle = "#645b50";
  pen.font = `400 36px ${SERIF}`;
  pen.fillText(day, EDGE, 930);
  canvas.toBlob(showDownload, "image/png");
}

function showDownload(blob) {
  URL.revokeObjectURL(save.href);
  save.href = URL.createObjectURL(blob);
  save.hidden = false;
  const file = new File([blob], "win.png", { type: blob.type });
  share.hidden = !navigator.canShare?.({ files: [file] });
  share.onclick = () => navigator.share({ files: [file] }).catch(() => {}); // the leader cancelled
}

form.addEventListener("change", draw);
form.addEventListener("submit", (event) => event.preventDefault());
document.fonts.load(`500 96px ${SERIF}`).finally(draw);

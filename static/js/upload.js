// Photos go up while the rest of the form is filled in: three at a time, each with its
// progress and a second try. What is kept are the hidden inputs in the tiles, in their
// order (order.js). Without scripts the file field itself is sent with the form.
const AT_ONCE = 3;
const LONG_EDGE = 2048;

async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = LONG_EDGE / Math.max(picture.width, picture.height);
    if (scale >= 1) return file;
    const canvas = new OffscreenCanvas(picture.width * scale, picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  } catch {
    return file; // a kind this browser cannot draw; the server decides
  }
}

function post(url, token, shot, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells no progress of what goes up
    const form = new FormData();
    form.append("photo", shot.blob, shot.name);
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token);
    request.responseType = "json";
    request.upload.onprogress = (event) => (progress.value = event.loaded / event.total);
    request.onload = () => (request.status < 300 ? resolve(request.response) : reject());
    request.onerror = reject;
    request.send(form);
  });
}

for (const box of document.querySelectorAll("[data-upload-url]")) {
  const field = box.querySelector('input[type="file"]');
  const shots = box.querySelector(".shots");
  const queue = [];
  let busy = 0;

  async function send(shot) {
    const progress = shot.tile.querySelector("progress");
    const again = shot.tile.querySelector("[data-retry]");
    const token = box.closest("form")?.elements.csrfmiddlewaretoken?.value ?? "";
    progress.hidden = false;
    again.hidden = true;
    try {
      const kept = await post(box.dataset.uploadUrl, token, shot, progress);
      shot.tile.querySelector('input[type="hidden"]').value = kept.id;
      if (kept.url) shot.tile.querySelector("img").src = kept.url;
    } catch {
      again.hidden = false;
      again.onclick = () => add(shot);
    }
    progress.hidden = true;
    busy -= 1;
    if (queue.length) add(queue.shift());
  }

  function add(shot) {
    if (busy === AT_ONCE) return queue.push(shot);
    busy += 1;
    return send(shot);
  }

  field.addEventListener("change", async () => {
    const room = Math.max(0, Number(box.dataset.max || 9) - shots.children.length);
    const files = [...field.files].slice(0, room);
    field.value = ""; // they travel on their own; the form need not send them again
    for (const file of files) {
      const tile = box.querySelector("template").content.firstElementChild.cloneNode(true);
      tile.querySelector("img").src = URL.createObjectURL(file);
      shots.append(tile);
      add({ tile, blob: await smaller(file), name: file.name });
    }
  });
}

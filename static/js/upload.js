// Photos go up while the rest of the form is filled in: three at a time, each with its
// progress and a second try; order by dragging or by the two buttons. What is kept are the
// hidden inputs in the tiles, in their order. Without scripts the file field itself is sent.
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
    return file; // a kind the browser cannot draw; the server decides
  }
}

for (const box of document.querySelectorAll("[data-upload-url]")) {
  const field = box.querySelector('input[type="file"]');
  const shots = box.querySelector(".shots");
  const queue = [];
  let busy = 0;
  const token = () => box.closest("form").elements.csrfmiddlewaretoken?.value ?? "";

  function send(tile, blob, name) {
    const [bar, again] = [tile.querySelector("progress"), tile.querySelector("[data-retry]")];
    const request = new XMLHttpRequest();
    const fail = () => ((again.hidden = false), (bar.hidden = true));
    request.open("POST", box.dataset.uploadUrl);
    request.setRequestHeader("X-CSRFToken", token());
    request.upload.onprogress = (event) => (bar.value = event.loaded / event.total);
    request.onload = () => {
      if (request.status >= 300) return fail();
      const kept = JSON.parse(request.responseText);
      tile.querySelector('input[type="hidden"]').value = kept.id;
      if (kept.url) tile.querySelector("img").src = kept.url;
      bar.hidden = true;
    };
    request.onerror = fail;
    request.onloadend = () => (busy--, work());
    again.onclick = () => ((again.hidden = true), (bar.hidden = false), queue.push([tile, blob, name]), work());
    const form = new FormData();
    form.append("photo", blob, name);
    request.send(form);
  }

  function work() {
    while (busy < AT_ONCE && queue.length) busy++, send(...queue.shift());
  }

  field.addEventListener("change", async () => {
    const room = Number(box.dataset.max || 9) - shots.children.length;
    const files = [...field.files].slice(0, Math.max(0, room));
    field.value = "";
    for (const file of files) {
      const tile = box.querySelector("template").content.firstElementChild.cloneNode(true);
      tile.querySelector("img").src = URL.createObjectURL(file);
      shots.append(tile);
      queue.push([tile, await smaller(file), file.name]);
      work();
    }
  });
}

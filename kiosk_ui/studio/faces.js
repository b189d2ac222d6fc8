/** "Find faces": what the finder proposes, each to be protected at a touch, or all. */

import { ask, Unanswered } from "./asking.js";

/** @typedef {import("./frame.js").Point} Point */
/** @typedef {import("./frame.js").Frame} Frame */

const AGAIN = "faces";

/**
 * @param {Frame} frame @param {string} address
 * @param {ReturnType<typeof import("./asking.js").pageWords>} say
 */
export function offerFaces(frame, address, say) {
  const find = /** @type {HTMLButtonElement} */ (document.querySelector("#find"));
  const said = /** @type {HTMLElement} */ (document.querySelector("#faces-said"));
  const form = /** @type {HTMLFormElement} */ (document.querySelector("#protect"));
  const list = /** @type {HTMLElement} */ (form.querySelector("ul"));
  const all = /** @type {HTMLButtonElement} */ (form.querySelector(".all"));
  const chosen = /** @type {HTMLInputElement} */ (form.querySelector("[name=outlines]"));

  /** @param {Point[][]} outlines @param {boolean} more are left after these */
  const protect = (outlines, more) => {
    chosen.value = JSON.stringify(outlines);
    // The page comes anew; it then offers the others again.
    if (more) sessionStorage.setItem(AGAIN, location.pathname);
    form.submit();
  };

  const look = async () => {
    find.disabled = true;
    said.textContent = say("looking");
    try {
      /** @type {{ faces: Point[][] }} */
      const { faces } = await ask(address);
      said.textContent = faces.length ? say("found", { count: faces.length }) : say("none");
      frame.offer(faces);
      list.replaceChildren(
        ...faces.map((outline, place) => {
          const button = document.createElement("button");
          const name = say("face", { number: place + 1 });
          button.type = "button";
          button.textContent = say("protect");
          button.setAttribute("aria-label", `${say("protect")}: ${name}`);
          button.addEventListener("click", () => protect([outline], faces.length > 1));
          const item = document.createElement("li");
          item.append(name, button);
          return item;
        }),
      );
      all.onclick = () => protect(faces, false);
      all.hidden = faces.length < 2;
      form.hidden = faces.length === 0;
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      said.textContent = say(error.message);
    } finally {
      find.disabled = false;
    }
  };
  find.addEventListener("click", look);
  if (sessionStorage.getItem(AGAIN) === location.pathname) look();
  sessionStorage.removeItem(AGAIN);
}

/**
 * Everything by keyboard or by a keypad of six keys (`keypad.js`). A keyboard has more: Tab moves,
 * Enter acts; left and right go through the stages; O, or Space on the picture, holds the original;
 * plus and minus look closer, and then the arrows wander.
 */

import { positionOn } from "../shared/timeline.js";
import { actionOf } from "./keypad.js";

/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */

const SIDEWAYS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1 });
const WAYS = /** @type {Record<string, [right: number, down: number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/** What can have the focus: in the page laid over the others, else in the view that shows. */
function reachable() {
  const root = document.querySelector(".panel") ?? document.querySelector("main .shown");
  const all = root?.querySelectorAll("button, [tabindex='0']") ?? [];
  return [...all].filter(
    (each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("[inert]"),
  );
}

/** @param {number} step */
function moveFocus(step) {
  const controls = reachable();
  const at = controls.indexOf(/** @type {Element} */ (document.activeElement));
  const first = step > 0 ? 0 : controls.length - 1;
  const control = controls[at === -1 ? first : (at + step + controls.length) % controls.length];
  if (control instanceof HTMLElement) control.focus();
}

/**
 * The stage before or after the one that shows.
 * @param {import("../shared/player.js").Player} player @param {number} step
 * @returns {KioskMessage | null}
 */
function stageBeside(player, step) {
  const { edition, snapshot, moment, score } = player;
  const photo = edition?.photo(snapshot?.photo ?? null);
  if (!photo || !moment || !score) return null;
  const stages = photo.stages.map((stage) => stage.name);
  const from = Math.round(positionOn(stages, moment));
  const target = Math.min(Math.max(from + step, 0), stages.length - 1);
  return { type: "stage", stage: stages[target] };
}

/** @param {KeyboardEvent} event */
function isHold(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (event.code === "KeyO") return true;
  return event.code === "Space" && document.activeElement?.classList.contains("place") === true;
}

/**
 * Plus and minus look closer; with the focus on the picture, arrows wander over what is close.
 * @param {KeyboardEvent} event @param {import("./eye.js").Eye} eye
 */
function looks(event, eye) {
  const nearer = { "+": 1, "=": 1, "-": -1 }[event.key];
  if (nearer !== undefined && eye.photo !== null) {
    eye.step(nearer);
    return true;
  }
  const way = WAYS[event.key];
  const onPicture = document.activeElement?.classList.contains("place") === true;
  if (!way || !eye.isClose || !onPicture) return false;
  eye.stride(way[0], way[1]);
  return true;
}

/**
 * @typedef {object} Hands
 * @property {import("../shared/player.js").Player} player
 * @property {(message: KioskMessage) => void} send
 * @property {import("./original.js").Original} original
 * @property {import("./eye.js").Eye} eye
 * @property {import("./keypad.js").Keypad} keypad
 * @property {() => boolean} leave one step out of what lies over the view, if anything does
 * @property {() => void} help
 * @property {() => void} louder
 * @property {() => void} speak on or off
 *
 * @param {Hands} hands
 */
export function listenToKeys(hands) {
  const { player, send, original, eye, keypad } = hands;
  addEventListener("keyup", ({ code }) => {
    if (code === "KeyO" || code === "Space") original.letGo();
  });
  addEventListener("blur", () => original.letGo());
  addEventListener("keydown", (event) => {
    send({ type: "touch" });
    if (isHold(event)) return original.hold();
    if (looks(event, eye) || acts(event)) return event.preventDefault();
    const step = SIDEWAYS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const open = player.snapshot?.view === "photo" && !document.querySelector(".panel");
    const message = open ? stageBeside(player, step) : null;
    if (message) send(message);
    else moveFocus(document.dir === "rtl" ? -step : step);
  });

  /** @param {KeyboardEvent} event @returns {boolean} whether it was one of the keypad's keys */
  function acts(event) {
    switch (actionOf(event, keypad)) {
      case "prev":
        moveFocus(-1);
        return true;
      case "next":
        moveFocus(1);
        return true;
      case "select":
        if (document.activeElement instanceof HTMLElement) document.activeElement.click();
        return true;
      case "back":
        if (!hands.leave() && player.snapshot?.view !== "attract") send({ type: "wall" });
        return true;
      case "help":
        hands.help();
        return true;
      case "volume":
        hands.louder();
        return true;
      case "speech":
        hands.speak();
        return true;
      default:
        return false;
    }
  }
}

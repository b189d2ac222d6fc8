/**
 * The six keys of a tactile keypad, and the headphones': which keys of a keyboard they send. One
 * table; a kiosk's address may put a key before these (`?keys=next:F20`).
 *
 * @typedef {Record<"prev" | "next" | "select" | "back" | "help" | "volume" | "speech", string[]>} Keypad
 */

/** @type {Keypad} */
export const KEYPAD = {
  prev: ["ArrowUp", "F13"],
  next: ["ArrowDown", "F14"],
  select: ["F15"], // Enter and Space are the browser's own
  back: ["Escape", "Backspace", "BrowserBack", "F16"],
  help: ["F1", "Help", "?", "h", "F17"],
  volume: ["F2", "v", "AudioVolumeUp", "F18"],
  speech: ["F3", "s", "F19"], // put in, headphones send this
};

/**
 * @param {KeyboardEvent} event @param {Keypad} keypad
 * @returns {keyof Keypad | null}
 */
export function actionOf({ key, ctrlKey, altKey, metaKey }, keypad) {
  if (ctrlKey || altKey || metaKey) return null;
  const actions = /** @type {(keyof Keypad)[]} */ (Object.keys(keypad));
  return actions.find((action) => keypad[action].includes(key)) ?? null;
}

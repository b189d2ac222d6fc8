/** Building elements without markup in strings, and a page that behaves like an exhibit. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} classes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, classes = "", ...children) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

/** @template {HTMLElement} Kind @param {string} selector @returns {Kind} that the template has */
export function part(selector) {
  const found = document.querySelector(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return /** @type {Kind} */ (found);
}

/**
 * Sets a text only where it changes, so that a live region speaks once.
 * @param {HTMLElement} target @param {string} text
 */
export function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Refuses what a browser would do to a page and an exhibit must not: menus, dragging, zoom. */
export function guardPage() {
  for (const name of ["contextmenu", "dragstart", "gesturestart", "selectstart"]) {
    document.addEventListener(name, (event) => event.preventDefault());
  }
  /** @param {WheelEvent} event */
  const refuseZoom = (event) => event.ctrlKey && event.preventDefault();
  document.addEventListener("wheel", refuseZoom, { passive: false });
}

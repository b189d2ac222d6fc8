/**
 * A press: answered in the same frame, done on release, and taken back by sliding off.
 *
 * The browser's own click is used for the keyboard alone: for a finger it comes only where the
 * finger has hardly moved, which an unsteady hand does not manage.
 */

/**
 * @param {HTMLElement} target
 * @param {() => void} act
 * @param {() => void} [begin] as the finger comes down
 */
export function onPress(target, act, begin) {
  let finger = -1;
  /** @param {PointerEvent} event */
  const isOver = (event) => {
    const { left, right, top, bottom } = target.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    return x >= left && x <= right && y >= top && y <= bottom;
  };
  const leave = () => {
    finger = -1;
    target.classList.remove("pressed");
  };
  target.addEventListener("pointerdown", (event) => {
    if (finger !== -1 || event.button !== 0) return;
    finger = event.pointerId;
    target.classList.add("pressed");
    begin?.();
  });
  target.addEventListener("pointermove", (event) => {
    if (event.pointerId === finger) target.classList.toggle("pressed", isOver(event));
  });
  target.addEventListener("pointerup", (event) => {
    if (event.pointerId !== finger) return;
    leave();
    if (isOver(event)) act();
  });
  target.addEventListener("pointercancel", leave);
  target.addEventListener("pointerleave", (event) => {
    if (event.pointerId === finger && !target.hasPointerCapture(finger)) leave();
  });
  target.addEventListener("click", (event) => {
    if (event.detail === 0) act();
  });
}

/**
 * A button as the kiosk has them.
 * @param {string} classes @param {string} name for those who do not see it
 * @param {(string | Node)[]} children @param {() => void} act @param {() => void} [begin]
 */
export function pressable(classes, name, children, act, begin) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = classes;
  if (name) button.setAttribute("aria-label", name);
  button.append(...children);
  onPress(button, act, begin);
  return button;
}

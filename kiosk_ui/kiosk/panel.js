/** A page laid over the others: what is under it rests until it is closed. */

import { element } from "../shared/dom.js";
import { pressable } from "./press.js";

export class Panel {
  /**
   * @param {string} title @param {string} leave the word on the button that closes it
   * @param {(string | Node)[]} content
   */
  constructor(title, leave, content) {
    const heading = element("h2", "", title);
    heading.id = "panel-title";
    this.body = element("div", "body", ...content);
    this.body.tabIndex = 0;
    this.body.setAttribute("role", "region");
    this.body.setAttribute("aria-labelledby", heading.id);
    this.leave = pressable("quiet-button", "", [leave], () => this.close());
    const foot = element("div", "foot", this.leave);
    this.root = element("div", "panel", element("div", "sheet", heading, this.body, foot));
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-modal", "true");
    this.root.setAttribute("aria-labelledby", heading.id);
    /** @type {Element | null} */
    this.opener = null;
    /** Called when it has closed. */
    this.onClose = () => {};
  }

  /** @param {HTMLElement} under rests meanwhile */
  open(under) {
    this.under = under;
    this.opener = document.activeElement;
    under.inert = true;
    document.body.append(this.root);
    this.leave.focus({ preventScroll: true });
  }

  close() {
    if (!this.root.isConnected) return;
    this.root.remove();
    if (this.under) this.under.inert = false;
    if (this.opener instanceof HTMLElement) this.opener.focus({ preventScroll: true });
    this.onClose();
  }
}

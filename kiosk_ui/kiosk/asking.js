/** "Are you still there?" over everything, with the seconds that are left; any touch answers. */

import { element, write } from "../shared/dom.js";

export class AskingView {
  /** @param {import("../shared/words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.count = element("span", "count");
    this.question = element("p", "question");
    this.hint = element("p", "hint");
    this.count.setAttribute("aria-hidden", "true");
    this.root = element("div", "asking", this.count, this.question, this.hint);
    this.root.setAttribute("role", "alert");
    this.root.hidden = true;
    this.whole = 0;
  }

  /** @param {number | null} until server time, ms @param {number} now server time, ms */
  follow(until, now) {
    const asks = until !== null && now < until;
    if (asks === this.root.hidden) this.turn(asks, (until ?? now) - now);
    if (!asks) return;
    const left = until - now;
    write(this.count, String(Math.ceil(left / 1000)));
    this.count.style.setProperty("--left", (left / this.whole).toFixed(2));
  }

  /** @param {boolean} asks @param {number} left ms */
  turn(asks, left) {
    this.root.hidden = !asks;
    if (!asks) return;
    this.whole = left;
    write(this.question, this.words.say("Are you still there?"));
    write(this.hint, this.words.say("Touch anywhere to stay"));
  }
}

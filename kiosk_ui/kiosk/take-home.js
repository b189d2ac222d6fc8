/** "Take it home": a code for the visitor's phone, and a postcard where the venue has a printer. */

import { element, write } from "../shared/dom.js";
import { Panel } from "./panel.js";
import { pressable } from "./press.js";

/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("../types/edition.js").Edition} Manifest */

const CLOSES_AFTER = 90_000; // ms without a touch: a phone must be found and unlocked first

/** What the server can do for visitors who want to keep a photograph. */
function offered() {
  const { station, takeHome, prints } = document.body.dataset;
  return { station, hours: takeHome === undefined ? null : Number(takeHome), prints: prints !== undefined };
}

/** Whether there is anything to take home, by phone or on paper. */
export function canTakeHome() {
  const { hours, prints } = offered();
  return hours !== null || prints;
}

/** @param {Words} words @param {number} hours 0: for good */
function howLong(words, hours) {
  if (hours === 0) return "";
  const days = Math.floor(hours / 24);
  if (days > 1) return words.say("It stays there for {days} days.", { days });
  return words.say("It stays there for {hours} hours.", { hours: Math.floor(hours) });
}

export class TakeHomePanel extends Panel {
  /** @param {Manifest} manifest @param {string} photo its id @param {Words} words */
  constructor(manifest, photo, words) {
    super(words.say("Take it home"), words.say("Close"), []);
    const { station, hours, prints } = offered();
    this.words = words;
    this.place = `${manifest.set_id}/${manifest.number}/${photo}`;
    this.query = `lang=${encodeURIComponent(words.language)}`;
    this.said = element("p", "said");
    this.said.setAttribute("role", "status");
    this.body.classList.add("taking");
    if (hours !== null) this.body.append(this.code(), this.guide(hours));
    this.body.append(this.said);
    if (prints) {
      const print = () => void this.print(`/take-home/print/${station}/${this.place}?${this.query}`);
      this.paper = pressable("quiet-button", "", [words.say("Print a postcard")], print);
      this.leave.before(this.paper);
    }
    for (const name of ["pointerdown", "keydown"]) {
      this.root.addEventListener(name, () => this.stay());
    }
    this.closing = 0;
  }

  code() {
    const { words } = this;
    const code = element("img", "code");
    code.alt = words.say("A code for your phone's camera");
    code.draggable = false;
    code.addEventListener("error", () => {
      code.hidden = true;
      write(this.said, words.say("The code cannot be made just now. Please try again in a moment."));
    });
    code.src = `/take-home/code/${this.place}.svg?${this.query}`;
    return code;
  }

  /** @param {number} hours */
  guide(hours) {
    const { words } = this;
    const lines = [
      words.say("Hold your phone's camera up to the code: a page opens, with both pictures and a postcard."),
      howLong(words, hours),
    ].filter(Boolean);
    return element("div", "guide", ...lines.map((line) => element("p", "", line)));
  }

  /** @param {string} address */
  async print(address) {
    const { words, paper } = this;
    if (!paper || paper.getAttribute("aria-disabled") === "true") return;
    paper.setAttribute("aria-disabled", "true");
    write(this.said, words.say("One moment …"));
    const status = await fetch(address, { method: "POST" }).then(
      (answer) => answer.status,
      () => 0,
    );
    write(this.said, words.say(this.outcome(status)));
    if (status !== 200) paper.removeAttribute("aria-disabled");
  }

  /** @param {number} status of HTTP; 0: no answer */
  outcome(status) {
    if (status === 200) return "Your postcard is on its way to the printer.";
    if (status === 429) return "The printer needs a rest. Please try again a little later.";
    return "The printer cannot help just now. Please ask the staff.";
  }

  /** @param {HTMLElement} under */
  open(under) {
    super.open(under);
    this.stay();
  }

  stay() {
    clearTimeout(this.closing);
    this.closing = window.setTimeout(() => this.close(), CLOSES_AFTER);
  }

  close() {
    clearTimeout(this.closing);
    super.close();
  }
}

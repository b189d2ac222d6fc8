/** The gallery wall: the set as prints to choose from, the programmes, and the other languages. */

import { element } from "../shared/dom.js";
import { ownName } from "../shared/words.js";
import { helpButton } from "./help.js";
import { pressable } from "./press.js";
import { titled } from "./titles.js";
import { hang } from "./wall-layout.js";

/** @typedef {import("../shared/edition.js").Edition} Edition */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionStage} Stage */
/** @typedef {import("../shared/words.js").Words} Words */

/**
 * @typedef {object} WallActs
 * @property {(photo: string, print: HTMLElement) => void} open
 * @property {(photo: string) => void} expect a finger is on its print
 * @property {(programme: string) => void} play
 * @property {() => void} help
 * @property {(language: string) => void} speak
 */

const SHIMMER_EVERY = 5200; // ms

export class WallView {
  /** @param {Edition} edition @param {Words} words @param {WallActs} acts */
  constructor(edition, words, acts) {
    this.edition = edition;
    this.words = words;
    this.acts = acts;
    const { manifest } = edition;
    this.prints = manifest.photos.map((photo) => this.print(photo));
    this.hung = element("div", "hung", ...this.prints);
    this.hall = element("div", "hall", this.hung);
    const heading = titled("h1", manifest.title, manifest.languages, words);
    const intro = element("p", "intro", words.of(manifest.intro));
    const header = element("header", "", heading, intro);
    const arrow = element("span", "arrow onward");
    this.further = pressable("quiet-button", "", [words.say("Further along"), arrow], () =>
      this.walk(),
    );
    this.root = element("section", "wall", header, this.hall, this.strip());
    this.turn = 0;
    setInterval(() => this.shimmer(), SHIMMER_EVERY);
  }

  strip() {
    const { manifest } = this.edition;
    const { words, acts } = this;
    const programmes = manifest.programmes.map((programme) =>
      pressable("quiet-button", "", [element("span", "plays"), words.of(programme.title)], () =>
        acts.play(programme.id),
      ),
    );
    const others = manifest.languages.filter((language) => language !== words.language);
    const languages = others.map((language) => {
      const button = pressable("quiet-button language", "", [ownName(language)], () =>
        acts.speak(language),
      );
      button.lang = language;
      return button;
    });
    const left = element("div", "programmes", ...programmes);
    const right = element("div", "languages", this.further, ...languages, helpButton(words, acts.help));
    return element("footer", "strip", left, right);
  }

  /** Along a wall that goes on, for those who do not drag; from its end back to its beginning. */
  walk() {
    const { scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } = this.hall;
    // From the right, a wall's own beginning is its right end, and further along is negative.
    const sense = document.dir === "rtl" ? -1 : 1;
    const along = sense * this.hall.scrollLeft;
    const atEnd =
      along + clientWidth > scrollWidth - 4 && scrollTop + clientHeight > scrollHeight - 4;
    const left = atEnd ? 0 : sense * (along + 0.8 * clientWidth);
    const top = atEnd ? 0 : scrollTop + 0.8 * clientHeight;
    this.hall.scrollTo({ left, top, behavior: "smooth" });
  }

  /** @param {Photo} photo */
  print(photo) {
    const paper = element("span", "paper", this.image(photo, photo.stages[0], "scan"));
    const last = photo.stages[photo.stages.length - 1];
    if (photo.stages.length > 1) paper.append(this.image(photo, last, "restored"));
    const title = element("span", "title", this.words.of(photo.title));
    const print = pressable(
      "print",
      "",
      [paper, title],
      () => this.acts.open(photo.id, paper),
      () => this.acts.expect(photo.id),
    );
    print.dataset.photo = photo.id;
    return print;
  }

  /** @param {Photo} photo @param {Stage} stage @param {string} classes */
  image(photo, stage, classes) {
    const image = element("img", classes);
    image.alt = "";
    image.draggable = false;
    image.loading = "lazy";
    image.decoding = "async";
    image.width = photo.width;
    image.height = photo.height;
    const sizes = stage.renditions.map((r) => `${this.edition.address(r.webp)} ${r.width}w`);
    image.srcset = sizes.join(", ");
    return image;
  }

  /** Hangs the prints anew, for the size that the wall has now. */
  arrange() {
    const { clientWidth, clientHeight } = this.hall;
    const unit = Math.min(innerWidth, 1.78 * innerHeight) / 100;
    const ratios = this.edition.manifest.photos.map((photo) => photo.width / photo.height);
    const title = parseFloat(getComputedStyle(this.root).fontSize) * 2.5;
    const hung = hang(ratios, clientWidth, clientHeight, 3 * unit, title);
    this.hung.style.width = `${hung.width}px`;
    this.hung.style.height = `${hung.height}px`;
    this.further.hidden = hung.width <= clientWidth + 1 && hung.height <= clientHeight + 1;
    hung.places.forEach((place, index) => {
      const { style } = this.prints[index];
      style.insetInlineStart = `${place.left}px`;
      style.top = `${place.top}px`;
      style.width = `${place.width}px`;
      style.setProperty("--height", `${place.height}px`);
      for (const image of this.prints[index].querySelectorAll("img")) {
        image.sizes = `${Math.ceil(place.width)}px`;
      }
    });
  }

  /** Lets the restored self of one print after the other show through. */
  shimmer() {
    if (this.root.inert) return;
    this.prints[this.turn].classList.remove("shimmers");
    this.turn = (this.turn + 1) % this.prints.length;
    this.prints[this.turn].classList.add("shimmers");
  }
}

/**
 * Speech: what was rendered when the set was built, else a voice of this machine; never one that
 * sends the words elsewhere.
 */

export class Speech {
  /** @param {import("./comfort.js").Comfort} comfort */
  constructor(comfort) {
    this.comfort = comfort;
    /** @type {import("../shared/edition.js").Edition | null} */
    this.edition = null;
    this.language = "en";
    this.audio = new Audio();
    this.audio.addEventListener("ended", () => this.next());
    /** @type {string[]} */
    this.waiting = [];
    this.said = "";
  }

  get isOn() {
    return this.comfort.speech;
  }

  /**
   * Says it now, one part after the other; whatever was being said ends.
   * @param {string[]} parts
   */
  say(parts) {
    const words = spoken(parts);
    if (words.length === 0 || !this.isOn) return;
    this.hush();
    this.follow(words);
  }

  /** Says it after what is being said. @param {string[]} parts */
  follow(parts) {
    if (!this.isOn) return;
    this.waiting.push(...spoken(parts));
    if (this.said === "") this.next();
  }

  next() {
    const words = this.waiting.shift() ?? "";
    this.said = words;
    if (words === "") return;
    const file = this.edition?.spoken(this.language, words) ?? null;
    if (file === null) {
      this.speakHere(words);
      return;
    }
    this.audio.src = file;
    this.audio.volume = this.comfort.volume;
    this.audio.play().catch((/** @type {DOMException} */ error) => {
      // Cut short by the next words, it is not said after all.
      if (error.name !== "AbortError") this.speakHere(words);
    });
  }

  /** @param {string} words */
  speakHere(words) {
    const synthesis = window.speechSynthesis;
    const primary = this.language.split("-")[0];
    const voices = synthesis?.getVoices() ?? [];
    const voice = voices.find(({ localService, lang }) => localService && lang.startsWith(primary));
    if (!voice) {
      this.next();
      return;
    }
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.volume = this.comfort.volume;
    utterance.onend = () => {
      if (this.said === words) this.next();
    };
    synthesis.speak(utterance);
  }

  hush() {
    this.waiting = [];
    this.said = "";
    this.audio.pause();
    window.speechSynthesis?.cancel();
  }
}

/** As the edition has them: white space is one space. @param {string[]} parts */
function spoken(parts) {
  return parts.map((part) => part.replace(/\s+/g, " ").trim()).filter(Boolean);
}

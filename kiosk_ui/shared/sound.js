/** A voice and music in step with the server's time; silent where the browser allows no sound. */

/** @typedef {import("./heard.js").Heard} Heard */

const OUT_OF_STEP = 0.3; // s; less is not corrected, for a correction is heard
const BENEATH = 0.35; // volume of music while somebody speaks

class Track {
  constructor() {
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.file = "";
    this.since = 0;
    this.refused = false;
  }

  /** @param {string | null} file @param {number} since server time, ms @param {number} volume 0..1 */
  cue(file, since, volume) {
    this.audio.volume = volume;
    if ((file ?? "") === this.file && since === this.since) return;
    this.since = since;
    if ((file ?? "") !== this.file) {
      this.file = file ?? "";
      this.audio.pause();
      if (file) this.audio.src = file;
      else this.audio.removeAttribute("src");
    }
    this.refused = false;
  }

  /** @param {number} now server time, ms */
  follow(now) {
    const { audio } = this;
    if (this.file === "" || this.refused || audio.readyState < 2) return;
    const at = Math.max(0, (now - this.since) / 1000);
    if (at >= audio.duration) return;
    if (Math.abs(audio.currentTime - at) > OUT_OF_STEP) audio.currentTime = at;
    if (!audio.paused) return;
    audio.play().catch((reason) => {
      // Chromium lets a page speak after a touch, or with its autoplay policy set so.
      this.refused = true;
      console.info("No sound here; the captions stay.", reason.name);
    });
  }
}

export class Sound {
  constructor() {
    this.voice = new Track();
    this.music = new Track();
  }

  /** What is to be heard from now on; null: nothing. @param {Heard | null} heard */
  cue(heard) {
    this.voice.cue(heard?.voice ?? null, heard?.since ?? 0, 1);
    this.music.cue(heard?.music ?? null, heard?.since ?? 0, heard?.voice ? BENEATH : 1);
  }

  /** @param {number} now server time, ms */
  follow(now) {
    this.voice.follow(now);
    this.music.follow(now);
  }

  /** How far each is, in seconds, for those who look after the screen and for tests. */
  get heard() {
    /** @param {Track} track */
    const told = ({ audio, file }) => ({ file, at: audio.currentTime, plays: !audio.paused });
    return { voice: told(this.voice), music: told(this.music) };
  }
}

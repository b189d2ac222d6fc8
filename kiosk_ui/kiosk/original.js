/**
 * The original while a finger or a key holds it: there at once, told to the server, and the
 * server's to end where its word has come back.
 */

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

const ECHO_WITHIN = 1000; // ms; after that the server's word counts, whatever it says
const ALIVE_EVERY = 1000; // ms between signs of life

export class Original {
  /**
   * @param {import("../shared/player.js").Player} player
   * @param {(message: { type: "hold" } | { type: "letgo" }) => void} send
   */
  constructor(player, send) {
    this.player = player;
    this.send = send;
    this.down = false;
    this.told = -Infinity;
    this.waitsUntil = -Infinity;
  }

  /** A finger rests on the picture, or a key is held down; called again, it is still there. */
  hold() {
    const { player } = this;
    if (player.snapshot?.view !== "photo") return;
    const now = performance.now();
    if (this.down && now - this.told < ALIVE_EVERY) return;
    if (!this.down) {
      player.held = true;
      this.waitsUntil = now + ECHO_WITHIN;
    }
    this.down = true;
    this.told = now;
    this.send({ type: "hold" });
  }

  letGo() {
    if (!this.down) return;
    this.down = false;
    this.player.held = false;
    this.waitsUntil = performance.now() + ECHO_WITHIN;
    this.send({ type: "letgo" });
  }

  /**
   * Whether the original is shown under this snapshot: until the echo has come, as this hand says.
   * @param {Snapshot} snapshot
   */
  isHeld(snapshot) {
    if (snapshot.view !== "photo") this.down = false;
    const waits = snapshot.view === "photo" && performance.now() < this.waitsUntil;
    if (snapshot.held === this.down) this.waitsUntil = -Infinity;
    return waits ? this.down : snapshot.held;
  }
}

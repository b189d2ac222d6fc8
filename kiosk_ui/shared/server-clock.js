/**
 * The server's time on this screen: the offset of the fastest recent exchange, approached slowly.
 *
 * The exchange with the shortest way there and back is the one least distorted by queues, so its
 * offset is believed. What the screens see of it is slewed: time never jumps under a change that
 * is on the glass, and never runs backwards.
 */

const REMEMBERED = 8; // exchanges
const SLEW = 0.05; // of the time that passes
const STEP_BEYOND = 1000; // ms; further off than this is another clock, not a drift

export class ServerClock {
  /** @param {() => number} [local] monotonic milliseconds of this screen */
  constructor(local = () => performance.now()) {
    this.local = local;
    /** @type {{ roundTrip: number, offset: number }[]} */
    this.exchanges = [];
    this.target = 0;
    this.offset = 0;
    this.read = local();
    this.known = false;
  }

  /** Server time in milliseconds; never less than at the call before. */
  now() {
    const local = this.local();
    const most = (local - this.read) * SLEW;
    this.read = local;
    this.offset += Math.max(-most, Math.min(most, this.target - this.offset));
    return local + this.offset;
  }

  /**
   * What one exchange tells.
   * @param {number} sent local time at which the question left
   * @param {number} server server time at which it was answered
   */
  learn(sent, server) {
    const received = this.local();
    const roundTrip = Math.max(0, received - sent);
    this.exchanges.push({ roundTrip, offset: server - (sent + received) / 2 });
    if (this.exchanges.length > REMEMBERED) this.exchanges.shift();
    const best = this.exchanges.reduce((a, b) => (b.roundTrip < a.roundTrip ? b : a));
    this.aim(best.offset);
  }

  /**
   * A first idea from a message that came without a question; late by one way, so any exchange
   * overrides it.
   * @param {number} server server time at which it was sent
   */
  hint(server) {
    const offset = server - this.local();
    if (!this.known || Math.abs(offset - this.target) > STEP_BEYOND) {
      this.exchanges = [];
      this.aim(offset);
    }
  }

  /** @param {number} offset */
  aim(offset) {
    this.target = offset;
    if (!this.known || Math.abs(offset - this.offset) > STEP_BEYOND) this.offset = offset;
    this.known = true;
  }
}

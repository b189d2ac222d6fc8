/** The kiosk: a visitor's hand on one side, the station on the other; wires the two. */

import { Connection, socketUrl } from "../shared/connection.js";
import { guardPage, part } from "../shared/dom.js";
import { contains } from "../shared/fit.js";
import { soundsOf } from "../shared/heard.js";
import { inspection, Player } from "../shared/player.js";
import { Stage } from "../shared/stage.js";
import { arriving } from "../shared/timeline.js";
import { Words } from "../shared/words.js";
import { Alone } from "./alone.js";
import { Aside } from "./aside.js";
import { Comfort } from "./comfort.js";
import { Eye } from "./eye.js";
import { Hand } from "./hand.js";
import { helpPanel } from "./help.js";
import { listenToKeys } from "./keys.js";
import { optionsOf } from "./options.js";
import { Original } from "./original.js";
import { Reader } from "./reader.js";
import { Speech } from "./speech.js";
import { KioskView } from "./view.js";

/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */

const TOUCH_EVERY = 1000; // ms

const { station } = document.body.dataset;
const byCss = new URLSearchParams(location.search).get("renderer") === "css";
const stage = new Stage(part(".stage"), byCss);
const connection = new Connection(socketUrl(`/ws/${station}/kiosk`));
const player = new Player(stage, connection.clock);
const hand = new Hand(player, connection);

let touched = -Infinity;

/** @param {KioskMessage} message */
function send(message) {
  if (message.type === "touch" && performance.now() - touched < TOUCH_EVERY) return;
  touched = performance.now();
  connection.send(message);
}

const comfort = new Comfort(optionsOf(location.search));
player.isCalm = () => comfort.isCalm;
const words = Words.ofPage();
const speech = new Speech(comfort);
const reader = new Reader(speech, words);
const aside = new Aside();
const alone = new Alone(player);
const eye = new Eye(player, send);
const original = new Original(player, send);
const view = new KioskView(stage, words, {
  open: (photo) => send({ type: "open", photo }),
  expect: (photo) => player.expect(photo),
  play: (programme) => send({ type: "programme", programme }),
  speak: (language) => send({ type: "language", language }),
  back: () => send({ type: "wall" }),
  restore: () => send({ type: "restore" }),
  go: (name) => send({ type: "stage", stage: name }),
  scrub: (position, when) => {
    const photo = player.edition?.photo(player.snapshot?.photo ?? null);
    if (photo) hand.moveTo(photo, position, when);
  },
  release: () => hand.release(),
  isPicture: (x, y) => contains(stage.picture, x, y),
  hold: () => original.hold(),
  letGo: () => original.letGo(),
  mark: (on) => send({ type: "marks", on }),
  redraw: () => send({ type: "redraw" }),
  eye,
  unfold: (panel) => view.unfold(panel),
  narrate: (on) => send({ type: "narrate", on }),
  lifeSize: (on, ruler) => send({ type: "lifesize", on, ruler }),
  help: () => view.unfold(helpPanel(words, comfort)),
  // Once the reader has heard the stage's label.
  tell: (told) => queueMicrotask(() => speech.follow(told)),
});

addEventListener("pointerdown", () => send({ type: "touch" }), { capture: true });
addEventListener("resize", () => {
  comfort.apply();
  player.resize();
  view.resize();
});

guardPage();
document.body.append(aside.root);
comfort.onChange = () => {
  if (!comfort.speech) speech.hush();
  view.resize();
};
listenToKeys({
  player,
  send,
  original,
  eye,
  keypad: comfort.options.keypad,
  leave: () => view.leave(),
  help: () => view.acts.help(),
  louder: () => {
    const [level, of] = comfort.turnUp();
    aside.say(words.say("Volume {level} of {of}", { level, of }));
  },
  speak: () => {
    comfort.toggle("speech");
    aside.say(words.say(comfort.speech ? "Reading aloud" : "Silent"));
    // Once the reader has heard that, it goes on with what the visitor is looking at.
    queueMicrotask(() => reader.goOn(view.shown?.root ?? null));
  },
});
player.start({
  // From the wall a print grows into its place: no other photograph dissolves into it.
  adapt: (snapshot) => {
    if (!hand.yieldsTo(snapshot)) return null;
    return snapshot.view === "photo" ? arriving(snapshot.score) : snapshot.score;
  },
  aims: (snapshot) => eye.follow(snapshot),
  holds: (snapshot) => original.isHeld(snapshot),
  sounds: ({ place }, edition) =>
    soundsOf(edition, { stories: true, programmes: place.sound === "kiosk" }),
  onSnapshot: (snapshot, edition) => {
    speech.edition = edition;
    speech.language = snapshot.language;
    if (view.follow(snapshot, edition)) {
      // A visit begins as the kiosk's address says; the one before may have wanted it otherwise.
      if (snapshot.view === "attract") comfort.begin();
      reader.begin(view.shown?.root ?? null);
    }
  },
  onFrame: (moment, now) => view.frame(moment, now),
});
connection.start((message) => {
  if (message.type === "show") void player.receive(message);
  else view.empty();
}, alone);
const inspected = Object.defineProperty(inspection(player), "alone", { get: () => alone.visit !== null });
Object.assign(window, { rekindle: inspected, rekindleSound: view.besides.sound, rekindleSpeech: speech });

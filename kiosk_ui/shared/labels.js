/** What is said of a picture: its stage's name, and the honest label of every altered one. */

/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionStage["name"]} StageName */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./scene.js").Scene} Scene */

/** @type {Record<StageName, string>} */
const NAMES = {
  scan: "Original",
  repaired: "Repaired",
  clear: "Clear",
  colour: "In colour",
  finished: "By hand",
};

/** @type {Record<StageName, [dated: string, undated: string]>} */
const LABELS = {
  scan: ["", ""],
  repaired: ["Repaired by software, {year}", "Repaired by software"],
  clear: ["Made clearer by software, {year}", "Made clearer by software"],
  colour: ["Coloured by software, {year}", "Coloured by software"],
  finished: ["Finished by hand, {year}", "Finished by hand"],
};

/** @param {Words} words @param {StageName} stage */
export function stageName(words, stage) {
  return words.say(NAMES[stage]);
}

/**
 * On what the colours rest: "Colour: 2 documented, 1 likely, rest inferred".
 * @param {Words} words @param {Photo} photo
 */
export function colourLabel(words, photo) {
  /** @param {string} certainty */
  const count = (certainty) => {
    const known = photo.regions.filter((r) => r.colour !== null && r.certainty === certainty);
    return new Set(known.map((region) => region.id)).size;
  };
  const parts = [
    { number: count("documented"), phrase: "{number} documented" },
    { number: count("likely"), phrase: "{number} likely" },
  ].filter(({ number }) => number > 0);
  if (parts.length === 0) return "";
  const counted = parts.map(({ number, phrase }) => words.say(phrase, { number }));
  return words.say("Colour: {counts}, rest inferred", { counts: counted.join(words.say(", ")) });
}

/**
 * The label of a stage; empty for the scan, which nothing has altered.
 * @param {Words} words @param {Photo} photo @param {StageName} name
 */
export function stageLabel(words, photo, name) {
  const stage = photo.stages.find((candidate) => candidate.name === name);
  const [dated, undated] = LABELS[name];
  const year = stage?.year ?? null;
  const label = year === null ? words.say(undated) : words.say(dated, { year });
  const isColour = name === "colour" && photo.was !== "colour";
  return (isColour && colourLabel(words, photo)) || label;
}

/**
 * The label of what is on the glass: of the most altered picture that shows.
 * @param {Words} words @param {Scene} scene
 */
export function sceneLabel(words, scene) {
  const { before, after, progress } = scene;
  if (before.photo !== after.photo) {
    const shown = progress < 0.5 ? before : after;
    return stageLabel(words, shown.photo, shown.stage.name);
  }
  const shown = progress > 0 ? after : before;
  return stageLabel(words, shown.photo, shown.stage.name);
}

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
 * A share in percent; 0 where it is less than one, and 100 for nothing but all of it.
 * @param {number} share 0..1
 */
export function wholePercent(share) {
  if (share < 0.01) return 0;
  return share >= 1 ? 100 : Math.min(99, Math.round(100 * share));
}

/**
 * How much of a picture software added.
 * @param {Words} words @param {number} invented share of the picture, 0..1
 */
export function addedLabel(words, invented) {
  if (invented === 0) return words.say("Nothing in this picture was added by software");
  const percent = wholePercent(invented);
  if (percent === 0) return words.say("Less than 1 % of this picture was added by software");
  return words.say("{percent} % of this picture was added by software", { percent });
}

/**
 * The picture that is spoken of: the most altered one that shows.
 * @param {Scene} scene
 */
export function spokenOf({ before, after, progress }) {
  const within = before.photo === after.photo;
  return progress > (within ? 0 : 0.5) ? after : before;
}

/**
 * The label of what is on the glass.
 * @param {Words} words @param {Scene} scene
 */
export function sceneLabel(words, scene) {
  const { photo, stage, isPlate } = spokenOf(scene);
  const drawing = isPlate ? words.say("A model at work") : "";
  const made = stageLabel(words, photo, stage.name);
  // Nothing is hatched over what is not finished.
  const added = scene.marks && !isPlate ? addedLabel(words, stage.invented) : "";
  return [drawing, made, added].filter(Boolean).join(words.say(" · "));
}

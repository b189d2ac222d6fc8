/** What is heard and read at a moment: the programme that plays, or the story of the open photo. */

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/edition.js").EditionSound} EditionSound */
/** @typedef {import("../types/edition.js").Caption} Caption */
/** @typedef {import("./edition.js").Edition} Edition */

/**
 * @typedef {object} Heard
 * @property {string | null} voice address of a narration
 * @property {string | null} music address
 * @property {Caption[]} captions
 * @property {string} language of the narration and the captions
 * @property {number} since server time at which all of it began, ms
 */

/**
 * In the visitor's language, else in any there is: a voice that is not understood is still read.
 * @param {{ [language: string]: EditionSound } | undefined} narration
 * @param {string} language
 * @returns {[string, EditionSound | null]}
 */
function told(narration, language) {
  const known = narration ?? {};
  const spoken = known[language] ? language : Object.keys(known)[0] ?? language;
  return [spoken, known[spoken] ?? null];
}

/**
 * @param {Snapshot} snapshot @param {Edition} edition
 * @returns {Heard | null}
 */
export function heard(snapshot, edition) {
  const { language, narrated_since: narrated } = snapshot;
  /** @param {string | null | undefined} file */
  const address = (file) => (file ? edition.address(file) : null);
  if (snapshot.view === "programme") {
    const programme = edition.manifest.programmes.find(({ id }) => id === snapshot.programme);
    if (!programme) return null;
    const [spoken, sound] = told(programme.narration, language);
    return {
      voice: address(sound?.file),
      music: address(programme.music),
      captions: sound?.captions ?? [],
      language: spoken,
      since: snapshot.score.starts,
    };
  }
  const photo = narrated === null ? null : edition.photo(snapshot.photo);
  if (photo === null || narrated === null) return null;
  const [spoken, sound] = told(photo.narration, language);
  const captions = sound?.captions ?? [];
  return { voice: address(sound?.file), music: null, captions, language: spoken, since: narrated };
}

/**
 * Every sound that the visitors of a screen may hear: what is told, the set's first language before
 * the others, what is read aloud, and music last, for it is long.
 * @param {Edition} edition
 * @param {{ stories: boolean, programmes: boolean }} here stories: of photographs, and all that is
 *   read aloud
 * @returns {string[]} their addresses
 */
export function soundsOf(edition, here) {
  const { languages, photos, programmes, spoken } = edition.manifest;
  const pieces = here.programmes ? programmes : [];
  const told = [...(here.stories ? photos : []), ...pieces].map(({ narration }) => narration);
  const files = [
    ...languages.flatMap((language) => told.map((narration) => narration[language]?.file)),
    ...languages.flatMap((language) => (here.stories ? Object.values(spoken[language] ?? {}) : [])),
    ...pieces.map(({ music }) => music),
  ];
  return files.flatMap((file) => (file ? edition.address(file) : []));
}

/**
 * What stands at a moment; empty between captions.
 * @param {Caption[]} captions in order @param {number} seconds since they began
 */
export function captionAt(captions, seconds) {
  const said = captions.find(({ begins, ends }) => begins <= seconds && seconds < ends);
  return said ? said.text : "";
}

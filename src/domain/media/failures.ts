/** What is said of a file that was not taken in, by the code of the reason. */
const messages: Readonly<Record<string, string>> = {
  type_unknown: "Its bytes are of no kind that is taken.",
  too_large: "It is larger than a file of its kind may be.",
  too_many_pixels: "The picture has more pixels than any may have.",
  side_too_long: "A side of the picture is longer than any may be.",
  too_many_frames: "The picture has more frames than any may have.",
  file_truncated: "The file ends too early: some of it was lost on the way.",
  file_corrupt: "The file is damaged, or not written as its format has it.",
  file_polyglot: "The file is something else as well: another format hides in it.",
  file_bomb: "The file is far more, unpacked, than it says it is.",
  file_undecodable: "No decoder can make anything of the picture.",
  upload_gone: "What was uploaded is not there any more. Upload it again.",
  cancelled: "The work on it was cancelled.",
};

/** Why a file was not taken in, for people. */
export const messageOf = (code: string): string =>
  messages[code] ?? "The work on it failed again and again.";

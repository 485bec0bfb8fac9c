/** An unsent text on several devices: what each of them does when it hears of the other's.
 *
 * A device remembers the text both sides last agreed on. Whoever left that text has something to say; when both did, the
 * newer text is shown and the older one is offered, so that no word is lost. A text that only goes on where the other one
 * ends holds both already.
 */
export interface KeptDraft {
  text: string
  /** What this device and the server last agreed on. */
  agreed: string
  /** When the text was last changed here, in ms. */
  at: number
  /** The text that lost against this one, until somebody decides. */
  other?: string
}

export interface ToldDraft {
  text: string
  updated_at: string
}

export const nothingWritten: KeptDraft = { text: '', agreed: '', at: 0 }

export const unsaved = (kept: KeptDraft): boolean => kept.text !== kept.agreed

/** What this device holds once it knows what the server holds. `unsaved` of the answer says whether the server must be told. */
export function merge(kept: KeptDraft, told: ToldDraft | null): KeptDraft {
  const theirs = told?.text ?? ''
  const agreed = { ...kept, agreed: theirs }
  if (theirs === kept.text || theirs === kept.agreed) return agreed
  if (!unsaved(kept)) return { ...agreed, text: theirs }
  if (kept.text.startsWith(theirs)) return agreed
  if (theirs.startsWith(kept.text)) return { ...agreed, text: theirs }
  const newer = kept.at >= Date.parse(told!.updated_at)
  return newer ? offering(agreed, theirs) : offering({ ...agreed, text: theirs }, kept.text)
}

/** What this device holds once another page tells what it wrote, at once and maybe in the middle of a word: here `typing`
 * keeps what is being written, whatever the clocks say, and the other text is offered. A text both sides had goes where
 * the other page takes it: on, when it was continued there, and away, when it was sent. */
export function heard(kept: KeptDraft, told: ToldDraft | null, { typing }: { typing: boolean }): KeptDraft {
  const theirs = told?.text ?? ''
  const followed = !unsaved(kept) && (!theirs || theirs.startsWith(kept.text))
  if (!typing || !kept.text.trim() || followed) return merge(kept, told)
  const agreed = { ...kept, agreed: theirs, other: theirs || kept.other !== kept.agreed ? kept.other : undefined }
  return kept.text.startsWith(theirs) || kept.other === theirs ? agreed : offering(agreed, theirs)
}

/** A second text that loses joins the first, below it. */
const offering = (kept: KeptDraft, other: string): KeptDraft =>
  ({ ...kept, other: kept.other && kept.other !== other ? `${kept.other}\n\n${other}` : other })

/** The other text in place of this one, which is offered in its turn. */
export const exchanged = (kept: KeptDraft, at: number): KeptDraft =>
  ({ ...kept, text: kept.other ?? kept.text, other: kept.text.trim() ? kept.text : undefined, at })
export const joined = (kept: KeptDraft, at: number): KeptDraft =>
  ({ ...kept, text: [kept.text, kept.other].filter((text) => text?.trim()).join('\n\n'), other: undefined, at })
export const decided = (kept: KeptDraft): KeptDraft => ({ ...kept, other: undefined })

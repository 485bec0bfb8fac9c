/** `./chat.json` becomes the messages under `chat`: each area keeps its own file. */
export function byArea(files: Record<string, unknown>): Record<string, Record<string, string>> {
  const named = Object.entries(files).map(([path, messages]) => [path.slice(2, -'.json'.length), messages])
  return Object.fromEntries(named)
}

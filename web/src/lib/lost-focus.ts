import { useEventListener, useMutationObserver } from '@vueuse/core'

const ROW = 'li, tr, [role=listitem], [data-row]'
const PRESSED = 'a[href], button:not(:disabled), summary, [tabindex="0"]'
const HEADING = 'h1, h2'
const OVERLAY = '[role=dialog], [role=alertdialog], [role=menu], .toasts'
const PART = `section, article, main, [role=toolbar], ${OVERLAY}`
/** What leaves the page so soon after a wheel or a finger was scrolled out of sight. */
const HAND_MS = 1000

/** Where the focus was: enough to say what stands there when it is gone. */
interface Place {
  element: HTMLElement
  /** The window, menu or notice it was in: below it waits the place before. */
  overlay: Element | null
  row: Element | null
  list: Element | null
  /** Which of its list the row was, and which of the row's controls it. */
  at: number
  control: number
  above: Element[]
}

const seen = (element: Element): boolean => element.getClientRects().length > 0
const controls = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>(PRESSED)].filter(seen)
const above = (element: Element): Element[] => {
  const found: Element[] = []
  for (let up = element.parentElement; up; up = up.parentElement) found.push(up)
  return found
}

function placeOf(element: HTMLElement): Place {
  const row = element.closest(ROW)
  const list = row?.parentElement ?? null
  return {
    element, overlay: element.closest(OVERLAY), row, list, above: above(element),
    at: list ? [...list.children].indexOf(row!) : -1, control: row ? controls(row).indexOf(element) : -1,
  }
}

/** The same control of the row that stands there now, or of the last one. A row that takes the focus itself does. */
function next({ list, at, control }: Place): HTMLElement | undefined {
  const rows = list?.isConnected ? [...list.children].filter((one) => one.matches(ROW)) : []
  const row = rows[Math.min(at, rows.length - 1)]
  if (!row) return undefined
  const all = controls(row)
  return row.matches('[tabindex]') ? (row as HTMLElement) : all[Math.min(Math.max(control, 0), all.length - 1)]
}

/** What names the part of the page that held it. */
function heading({ above }: Place): HTMLElement | undefined {
  for (const part of above) {
    const found = part.isConnected && [...part.querySelectorAll<HTMLElement>(HEADING)].find(seen)
    if (found) return found
  }
  return undefined
}

/** What takes its place; null: another place has to be asked; undefined: nothing shall. */
function heirOf(place: Place): HTMLElement | null | undefined {
  if (place.element.isConnected) return seen(place.element) ? place.element : null
  if (place.row && !place.row.isConnected) return next(place) ?? heading(place) ?? document.querySelector<HTMLElement>('.toasts button')
  const part = place.above.find((one) => one.matches(PART))
  if (!part || (part.isConnected && !place.element.matches(HEADING))) return undefined
  return part.matches(OVERLAY) ? null : heading(place)
}

/**
 * Whoever deletes something goes on from there. A browser drops the focus to nowhere with the element that had it: here
 * the next item takes it, else the heading of the list, else the notice with the way back. Stands once, in the shell.
 */
export function useLostFocus(): void {
  let places: Place[] = []
  let handAt = -Infinity

  /** What is busy lets go of the focus as well; it has it back when it is done. A window takes what was lost inside it. */
  const lost = (): boolean => {
    const [last, at] = [places[0], document.activeElement]
    if (!last || last.element.matches(':disabled')) return false
    return at === document.body || (at === last.overlay && !last.element.isConnected)
  }
  function find(): void {
    if (!lost()) return
    for (const place of places) {
      const heir = heirOf(place)
      if (heir === null) continue
      if (heir && !heir.matches(`${PRESSED}, input, textarea, select`)) heir.tabIndex = -1
      heir?.focus({ preventScroll: true })
      return
    }
  }

  useEventListener(document, 'focusin', ({ target }) => {
    if (target === document.body || (target as Element).matches(OVERLAY)) return
    const place = placeOf(target as HTMLElement)
    places = [place, ...places.filter((one) => one.overlay !== place.overlay && (!one.overlay || one.overlay.isConnected))]
  })
  // Pressing where nothing takes the focus lets go of it, and so does a field that is done with.
  useEventListener(document, 'focusout', () => requestAnimationFrame(() => {
    const last = places[0]?.element
    if (last?.isConnected && !last.matches(':disabled') && document.activeElement === document.body) places = []
  }))
  useEventListener(document, ['wheel', 'touchmove'], () => (handAt = performance.now()), { passive: true, capture: true })
  // One frame later: who had the element taken away may know a better place.
  useMutationObserver(document.body, () => {
    if (lost() && performance.now() - handAt > HAND_MS) requestAnimationFrame(find)
  }, { childList: true, subtree: true, attributeFilter: ['disabled'] })
}

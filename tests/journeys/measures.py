"""What a finger can hit and what jumped: measured in the page."""

from typing import Any

from playwright.async_api import Page

TARGET_PX = 44
SHIFT_MAX = 0.05

# Links inside a sentence are as high as their line; everything else has room for a finger: by its own box, by its
# label's, or by an area drawn around it, which is found by touching beside its middle.
_SMALL = """least => {
  const kinds = 'a[href], button, input, select, textarea, summary, [role=tab], [role=menuitem], [role=option]'
  const seen = one => {
    const box = one.getBoundingClientRect()
    const style = getComputedStyle(one)
    const shown = box.width > 4 && box.height > 4 && style.visibility !== 'hidden'
    return shown && !one.closest('[inert], [aria-hidden=true]')
  }
  const inSentence = one => one.matches('a') && getComputedStyle(one).display === 'inline'
  const box = one => {
    const label = one.matches('input') ? one.labels?.[0] : null
    const rects = [one, label].filter(Boolean).map(each => each.getBoundingClientRect())
    return rects.sort((a, b) => b.width * b.height - a.width * a.height)[0]
  }
  const reached = (one, x, y) => {
    const hit = document.elementFromPoint(x, y)
    return hit && (hit === one || one.contains(hit) || hit.contains(one) && hit.matches('label, summary') ||
      hit.closest('label')?.control === one)
  }
  const big = one => {
    const { left, top, width, height } = box(one)
    const [x, y, far] = [left + width / 2, top + height / 2, least / 2 - 1.5]
    const wide = width >= least - .5 || reached(one, x - far, y) && reached(one, x + far, y)
    const high = height >= least - .5 || reached(one, x, y - far) && reached(one, x, y + far)
    return wide && high
  }
  const inWindow = one => {
    const { left, top, right, bottom } = box(one)
    return left >= 0 && right <= innerWidth + 1 && top >= 0 && bottom <= innerHeight
  }
  const name = one => one.ariaLabel || one.textContent.trim().slice(0, 40) || one.placeholder || one.name || one.type
  const told = one => `${one.tagName} “${name(one)}” ${Math.round(box(one).width)} × ${Math.round(box(one).height)}`
  const all = [...document.querySelectorAll(kinds)].filter(one => seen(one) && inWindow(one))
  return all.filter(one => !inSentence(one) && !big(one)).map(told)
}"""

_WATCH = """() => {
  window.shifts = []
  const named = node => node?.nodeType === 1 ? `${node.tagName}.${String(node.className).slice(0, 60)}` : node?.nodeName
  const keep = shift => window.shifts.push({value: shift.value, of: shift.sources.map(source => named(source.node))})
  const watcher = new PerformanceObserver(list => list.getEntries().filter(one => !one.hadRecentInput).forEach(keep))
  watcher.observe({type: 'layout-shift', buffered: true})
}"""


async def small_targets(page: Page) -> list[str]:
    """What is too small for a finger in the window as it stands."""
    found: list[str] = await page.evaluate(_SMALL, TARGET_PX)
    return found


async def watch_shifts(page: Page) -> None:
    """Count from the first paint of every page that is opened from now on."""
    await page.add_init_script(f"({_WATCH})()")


async def shifts(page: Page) -> list[dict[str, Any]]:
    """What moved by itself since the page was opened."""
    found: list[dict[str, Any]] = await page.evaluate("() => window.shifts")
    return found

// Runs before the first paint: the chosen colours, language and reading size, straight from this browser's memory.
// src/lib/look.ts writes what is read here.
;(function () {
  var root = document.documentElement
  var look = {}
  try {
    look = JSON.parse(localStorage.getItem('tavern.look') || '{}')
  } catch {
    // A browser without storage gets the defaults.
  }
  var dark = look.theme === 'dark' || (look.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  root.lang = look.language || (/^zh/i.test(navigator.language) ? 'zh-CN' : 'en')
  if (look.readSize >= 15 && look.readSize <= 22) root.style.setProperty('--read-size', look.readSize / 16 + 'rem')
  var bar = document.querySelector('meta[name=theme-color]')
  if (bar) bar.setAttribute('content', dark ? '#15110e' : '#faf8f5')
})()

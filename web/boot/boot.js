// Runs before the first paint: the chosen colours, language, faces and sizes, straight from this browser's memory.
// src/lib/look.ts writes what is read here; src/lib/look.test.ts holds the two together.
;(function () {
  var root = document.documentElement
  var look = {}
  try {
    look = JSON.parse(localStorage.getItem('tavern.look') || '{}') || {}
  } catch {
    // A browser without storage gets the defaults.
  }
  // Each theme's canvas; then which are dark. High contrast is what the system is.
  var bars = { light: '#fbf9f6', dark: '#151210', contrast: '#ffffff', candle: '#19110b', ink: '#f6f5ee', sea: '#0a141d' }
  var nights = { dark: true, candle: true, sea: true }
  var asks = function (query) { return matchMedia(query).matches }
  var night = asks('(prefers-color-scheme: dark)')
  var theme = bars.hasOwnProperty(look.theme) ? look.theme : asks('(prefers-contrast: more)') ? 'contrast' : night ? 'dark' : 'light'
  var dark = theme === 'contrast' ? night : !!nights[theme]
  root.classList.toggle('dark', dark)
  root.setAttribute('data-theme', theme)
  var kept = ['accent', 'density', 'face', 'motion']
  var plain = ['own', 'cosy', 'serif', 'system']
  for (var i = 0; i < kept.length; i++) root.setAttribute('data-' + kept[i], look[kept[i]] && /^[a-z]+$/.test(look[kept[i]]) ? look[kept[i]] : plain[i])
  root.lang = look.language || (/^zh/i.test(navigator.language) ? 'zh-CN' : 'en')
  if (look.readSize >= 15 && look.readSize <= 22) root.style.setProperty('--read-size', look.readSize / 16 + 'rem')
  if (look.scale >= 90 && look.scale <= 150 && look.scale !== 100) root.style.fontSize = look.scale + '%'
  var bar = document.querySelector('meta[name=theme-color]')
  if (bar) bar.setAttribute('content', dark && theme === 'contrast' ? '#000000' : bars[theme])
})()

/** How the key of commands is written on this machine. */
export const commandKey = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘' : 'Ctrl'

/** The slash commands: one row for each. What a row does stands in `composer.slash.<name>`, in both languages. */
import type { Argument, SlashCommand } from './slash.types'

const text: Argument = { name: 'text', rest: true }
const maybeText: Argument = { ...text, optional: true }
const count: Argument = { name: 'count', optional: true }
const COUNT_MAX = 1000

/** "3" → 3; nothing, or something that is no count, means one. */
const counted = (value: string | undefined): number => Math.min(COUNT_MAX, Math.max(1, Math.floor(Number(value)) || 1))

export const COMMANDS: readonly SlashCommand[] = [
  { name: 'help', aliases: ['commands', '帮助', '命令'], takes: [], run: (hands) => hands.help() },
  { name: 'sys', aliases: ['narrate', 'narrator', '旁白'], takes: [text], run: (hands, { text: said = '' }) => hands.say(said, { as: { role: 'system' }, reply: false }) },
  {
    name: 'sendas', aliases: ['as', '代言'], takes: [{ name: 'name', choices: ({ character, personas }) => [character, ...personas] }, text],
    run: (hands, { name = '', text: said = '' }) => hands.sayAs(name, said),
  },
  { name: 'send', aliases: ['note-down', '只发'], takes: [text], run: (hands, { text: said = '' }) => hands.say(said, { reply: false }) },
  { name: 'continue', aliases: ['cont', 'c', '继续'], takes: [maybeText], run: (hands, given) => hands.goOn(given.text) },
  { name: 'swipe', aliases: ['version', '换一个', '版本'], takes: [{ name: 'to', optional: true, choices: () => ['next', 'back', 'new'] }], run: (hands, { to }) => hands.swipe(to) },
  { name: 'regen', aliases: ['regenerate', 'retry', '重写', '重新生成'], takes: [maybeText], run: (hands, given) => hands.again(given.text) },
  { name: 'impersonate', aliases: ['imp', '代写'], takes: [maybeText], run: (hands, given) => hands.impersonate(given.text) },
  { name: 'nudge', aliases: ['hint', '提示'], takes: [maybeText], run: (hands, given) => hands.nudge(given.text) },
  { name: 'stop', aliases: ['停止'], takes: [], run: (hands) => hands.stop() },
  { name: 'note', aliases: ['authornote', '作者注'], takes: [maybeText], run: (hands, given) => hands.note(given.text) },
  {
    name: 'persona', aliases: ['me', '身份', '人设'], takes: [{ name: 'name', rest: true, optional: true, only: true, choices: ({ personas }) => personas }],
    run: (hands, { name }) => hands.persona(name),
  },
  {
    name: 'model', aliases: ['connection', '模型', '连接'], takes: [{ name: 'name', rest: true, optional: true, only: true, choices: ({ connections }) => connections }],
    run: (hands, { name }) => hands.model(name),
  },
  {
    name: 'length', aliases: ['长度', '篇幅'], takes: [{ name: 'length', only: true, choices: () => ['short', 'medium', 'long', 'free'] }],
    run: (hands, { length = '' }) => hands.length(length),
  },
  { name: 'settings', aliases: ['setup', '设置'], takes: [], run: (hands) => hands.settings() },
  { name: 'bookmark', aliases: ['mark', '书签'], takes: [{ name: 'label', rest: true, optional: true }], run: (hands, { label }) => hands.bookmark(label) },
  {
    name: 'branch', aliases: ['fork', '分支'], takes: [{ name: 'copy', optional: true, only: true, choices: () => ['copy'] }],
    run: (hands, { copy }) => hands.branch(copy === 'copy'),
  },
  { name: 'branches', aliases: ['tree', '分支图'], takes: [], run: (hands) => hands.branches() },
  {
    name: 'go', aliases: ['jump', 'goto', '跳转', '去'], takes: [{ name: 'to', rest: true, choices: () => ['last', 'first', 'today', 'yesterday'] }],
    run: (hands, { to = '' }) => hands.go(to),
  },
  { name: 'find', aliases: ['search', '查找', '搜索'], takes: [{ name: 'words', rest: true }], run: (hands, { words = '' }) => hands.find(words) },
  { name: 'why', aliases: ['prompt', '为什么', '提示词'], takes: [], run: (hands) => hands.why() },
  { name: 'undo', aliases: ['撤销'], takes: [], run: (hands) => hands.undo() },
  { name: 'redo', aliases: ['重做'], takes: [], run: (hands) => hands.redo() },
  { name: 'title', aliases: ['rename', '标题', '改名'], takes: [{ name: 'title', rest: true }], run: (hands, { title = '' }) => hands.title(title) },
  {
    name: 'export', aliases: ['download', '导出'], takes: [{ name: 'format', optional: true, only: true, choices: () => ['md', 'txt', 'json', 'jsonl'] }],
    run: (hands, { format = 'md' }) => hands.export(format),
  },
  { name: 'hide', aliases: ['隐藏'], takes: [count], run: (hands, given) => hands.hide(counted(given.count)) },
  { name: 'unhide', aliases: ['show', '取消隐藏', '显示'], takes: [count], run: (hands, given) => hands.unhide(counted(given.count)) },
  { name: 'del', aliases: ['delete', 'cut', '删除'], takes: [count], run: (hands, given) => hands.remove(counted(given.count)) },
  {
    name: 'theme', aliases: ['look', '主题'], takes: [{ name: 'theme', only: true, choices: ({ themes }) => themes }],
    run: (hands, { theme = '' }) => hands.theme(theme),
  },
  { name: 'keys', aliases: ['shortcuts', '快捷键'], takes: [], run: (hands) => hands.shortcuts() },
]

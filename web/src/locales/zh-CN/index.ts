import { byArea } from '../areas'

export default byArea(import.meta.glob('./*.json', { eager: true, import: 'default' }))

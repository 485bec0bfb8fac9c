import type { components } from './schema'

/** The wire's shapes by the names the app uses; all but the card's fields come from the server's own document. */
type Schemas = components['schemas']

export type CharacterItem = Schemas['CharacterListed']
export type CharacterPage = Schemas['CharacterPage']
export type Sample = Schemas['SampleShown']
export type ConversationPage = Schemas['ConversationPage']
export type ConnectionSettings = Required<Pick<Schemas['SettingsShown'], 'context_tokens' | 'reply_tokens' | 'temperature'>> & Pick<Schemas['SettingsShown'], 'template' | 'tokenizer' | 'prices' | 'fallbacks'>
export type ConnectionStatus = Schemas['StatusShown']
export type KnownModel = Schemas['ModelShown']
export type TestResult = Schemas['TryResult']
export type Found = Schemas['FoundShown']
export type Persona = Schemas['PersonaShown']
export type Account = Schemas['UserShown']
export type ApiKey = Schemas['KeyShown']
export type NewApiKey = Schemas['KeyIssuedShown']
export type ImportResult = Schemas['ImportedShown']
export type User = Schemas['Me']
export type SignIn = Schemas['SessionShown']
export type SignedIn = Schemas['SignedInShown']

/** Members see less of a connection than owners do. */
export type Connection = Schemas['ConnectionListed'] & Partial<Schemas['ConnectionShown']>

/** A card's fields in V3 names; what else a card carries is kept by the server and not shown here. */
export interface Card {
  name: string
  nickname?: string
  description: string
  personality: string
  scenario: string
  first_mes: string
  alternate_greetings: string[]
  group_only_greetings?: string[]
  mes_example: string
  system_prompt: string
  post_history_instructions: string
  creator: string
  creator_notes: string
  character_version: string
  tags: string[]
  character_book?: { name?: string; entries?: unknown[] } | null
}
export type Character = Schemas['CharacterShown'] & { card: Card }

import { describe, expect, it } from 'vitest'
import { zoneToTell } from './time-zone'

describe('the zone of macros', () => {
  it.each([
    ['nothing told yet', '', 'Europe/Berlin', '', 'Europe/Berlin'],
    ['the device moved', 'Europe/Berlin', 'Asia/Tokyo', 'Europe/Berlin', 'Asia/Tokyo'],
    ['somebody chose one', 'Asia/Tokyo', 'Europe/Berlin', 'Europe/Paris', null],
    ['another device told it', 'Asia/Tokyo', 'Europe/Berlin', '', null],
    ['it is known', 'Europe/Berlin', 'Europe/Berlin', '', null],
    ['Greenwich needs no telling', '', 'UTC', '', null],
  ])('%s', (_what, told, here, setHere, zone) => {
    expect(zoneToTell(told, here, setHere)).toBe(zone)
  })
})

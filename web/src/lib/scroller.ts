import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

const key: InjectionKey<Readonly<ShallowRef<HTMLElement | null>>> = Symbol('scroller')

/** The element that scrolls the page: the shell's `<main>`. */
export const provideScroller = (element: Readonly<ShallowRef<HTMLElement | null>>): void => provide(key, element)
export const useScroller = (): Readonly<ShallowRef<HTMLElement | null>> => inject(key, shallowRef(null))

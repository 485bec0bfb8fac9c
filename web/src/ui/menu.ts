import type { Component } from 'vue'

export interface MenuItem {
  label: string
  icon?: Component
  run: () => unknown
  tone?: 'bad'
  disabled?: boolean
  /** The key that does the same. */
  hint?: string
  /** A line stands above it. */
  apart?: boolean
}

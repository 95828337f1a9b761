"""Mill certificates 质量证明书: imported or typed, set beside the limits of the grade, derived for our bundles."""

"""The screens: templates, modules, styles and words, served as they are."""

"""An editor, as far as blogstack.yaml is concerned: yaml-language-server, spoken to as editors do."""

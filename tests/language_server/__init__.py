"""An editor's part in blogstack.yaml: yaml-language-server, driven as editors do."""

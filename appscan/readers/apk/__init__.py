"""APK and split set → Reading: container, manifest, resources, DEX, layouts, bundles, native libraries."""

#!/usr/bin/env bash
# Publishes tests/Routing.AotSmoke trimmed for this machine, with every trim and AOT warning an error, and runs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "$(uname -s)" in
  Linux) system=linux ;;
  Darwin) system=osx ;;
  *) system=win ;;
esac
case "$(uname -m)" in
  arm64 | aarch64) processor=arm64 ;;
  *) processor=x64 ;;
esac

output=artifacts/aot-smoke
rm -rf "$output"
dotnet publish tests/Routing.AotSmoke --configuration Release --runtime "$system-$processor" --self-contained --output "$output" --nologo
"$output/LlmRouting.AotSmoke"

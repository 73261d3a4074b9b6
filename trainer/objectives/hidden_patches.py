"""What masked pretraining is made of: which patches are hidden, who guesses them, and what a guess costs.

For the towers of the papers (seeds K13 to K16, D03 to D07); `masked.py` has the same for Earmark's own encoder.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Literal, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

LEAST_DEVIATION = 0.01  # in standardised levels: a patch of digital silence stays silent

_Module = TypeVar("_Module", bound=nn.Module)

# B batch, N patches of a row, V visible, H hidden, P numbers in a patch, D width of the tower


def draw_patches(count: int, hidden_share: float, generator: torch.Generator, most: int = 0) -> tuple[Tensor, Tensor]:
    """Positions of the visible (V,) and of the hidden (H,) of `count` patches, in any order; never none of either.

    most : if there are more patches, so many of them are drawn and the others left out altogether; 0 is all
    """
    order = torch.randperm(count, generator=generator)[: most or count]
    shown = min(len(order) - 1, max(1, round(len(order) * (1.0 - hidden_share))))
    return order[:shown], order[shown:]


def draw_kept(sounding: int, count: int, kept: int, share: float, generator: torch.Generator) -> Tensor:
    """Which `kept` of `count` patches are encoded (kept,): `share` of the first `sounding`, which are sound, at least
    one and as many as there is room for, and padding in the other places (K24, D20). In the order of time.
    """
    wanted = min(kept, max(1, round(sounding * share)))
    of_sound = torch.randperm(sounding, generator=generator)[:wanted]
    positions = torch.cat([of_sound, torch.arange(sounding, sounding + kept - wanted)])
    if sounding + kept - wanted > count:
        raise ValueError(f"{kept} patches cannot be kept of {count} with {wanted} of {sounding} that are sound")
    return positions.sort().values


def take(values: Tensor, positions: Tensor) -> Tensor:
    """(B, N, d) at positions (B, K) -> (B, K, d)."""
    return values.gather(1, positions.unsqueeze(-1).expand(-1, -1, values.shape[-1]))


def drawn_losses(drawn: Tensor, patches: Tensor) -> Tensor:
    """Both (B, H, P) -> mean squared error to patches that are standardised one by one (B,) (K16).

    Finite for a constant patch; to draw nothing costs 1.
    """
    wanted = functional.layer_norm(patches.float(), patches.shape[-1:], eps=LEAST_DEVIATION**2)
    return (drawn.float() - wanted).square().mean((1, 2))


def heard_losses(said: Tensor, heard: Tensor) -> Tensor:
    """Both (B, H, D) -> 2 - 2 cos to states that are standardised one by one (B,), from 0 to 4 (D05, D06)."""
    wanted = functional.layer_norm(heard.float(), heard.shape[-1:])
    return 2.0 - 2.0 * functional.cosine_similarity(said.float(), wanted, dim=-1).mean(1)


class PatchPredictor(nn.Module):
    """A transformer that says `numbers` numbers of every hidden patch, from the encoded visible ones (K15, D04)."""

    def __init__(
        self,
        tower_width: int,
        numbers: int,
        *,
        width: int,
        layers: int,
        heads: int,
        hidden: int,
        activation: Literal["gelu", "silu"] = "gelu",
    ) -> None:
        super().__init__()
        self.enter = nn.Linear(tower_width, width)
        self.hidden_token = nn.Parameter(0.02 * torch.randn(width))
        self.place = nn.Identity() if width == tower_width else nn.Linear(tower_width, width)
        self.blocks = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    width, heads, hidden, 0.0, getattr(functional, activation), batch_first=True, norm_first=True
                )
                for _ in range(layers)
            )
        )
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, numbers)

    def forward(self, encoded: Tensor, visible: Tensor, hidden: Tensor, positions: Tensor) -> Tensor:
        """Encoded patches (B, V, D), where they are (B, V), where the others are (B, H), and what stands for each
        place (N, D) -> (B, H, numbers). All V + H places are seen at once.
        """
        places = self.place(positions)
        seen, unseen = self.enter(encoded) + places[visible], self.hidden_token + places[hidden]
        both = self.blocks(torch.cat([seen, unseen], dim=1))
        said: Tensor = self.leave(self.norm(both[:, visible.shape[1] :]))
        return said


def slow_copy(module: _Module) -> _Module:
    """A copy that no gradient reaches."""
    return deepcopy(module).requires_grad_(False)


def decay_at(progress: float, first: float, last: float) -> float:
    """On a line from `first`, at progress 0, to `last`, at 1; exact at both (D07)."""
    return (1.0 - progress) * first + progress * last


@torch.no_grad()
def follow(copy: nn.Module, module: nn.Module, decay: float) -> None:
    """Move the copy's weights towards the module's, so that `decay` of them stays (D07).

    Statistics of batches it gathers by itself.
    """
    copied = [parameter.data for parameter in copy.parameters()]
    torch._foreach_lerp_(copied, [parameter.data for parameter in module.parameters()], 1.0 - decay)

"""Stable Diffusion's architectures with random weights, on disk, for measuring speed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from tests.support.tiny_models import scheduler, tokenizer

_CROSS, _PLAIN = "CrossAttnDownBlock2D", "DownBlock2D"
_UNETS: Mapping[str, Mapping[str, Any]] = {
    "sd15": {
        "block_out_channels": (320, 640, 1280, 1280),
        "down_block_types": (_CROSS, _CROSS, _CROSS, _PLAIN),
        "attention_head_dim": 8,
        "cross_attention_dim": 768,
    },
    "sdxl": {
        "block_out_channels": (320, 640, 1280),
        "down_block_types": (_PLAIN, _CROSS, _CROSS),
        "attention_head_dim": (5, 10, 20),
        "cross_attention_dim": 2048,
        "transformer_layers_per_block": (1, 2, 10),
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    },
    "small": {
        "block_out_channels": (32, 64),
        "down_block_types": (_PLAIN, _CROSS),
        "layers_per_block": 1,
        "attention_head_dim": 4,
        "cross_attention_dim": 64,
        "norm_num_groups": 8,
    },
}


def _unet(name: str) -> UNet2DConditionModel:
    shape = _UNETS[name]
    up = tuple(kind.replace("Down", "Up") for kind in reversed(shape["down_block_types"]))
    return UNet2DConditionModel(in_channels=4, out_channels=4, up_block_types=up, **shape)


def _vae(channels: tuple[int, ...], layers: int, groups: int) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=channels,
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        layers_per_block=layers,
        latent_channels=4,
        norm_num_groups=groups,
    )


def _text(width: int, layers: int, heads: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=514,
        bos_token_id=512,
        eos_token_id=513,
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        projection_dim=width,
    )


def _sd(root: Path, unet: Any, vae: Any, text: CLIPTextConfig) -> Any:
    return StableDiffusionPipeline(
        unet=unet,
        vae=vae,
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def save_small(root: Path) -> None:
    """``sd15`` and ``sd15-tile``: large enough that a processor works at them, not at Python."""
    unet = _unet("small")
    _sd(root, unet, _vae((8, 16, 16, 16), 1, 8), _text(64, 2, 4)).save_pretrained(root / "sd15")
    ControlNetModel.from_unet(unet).save_pretrained(root / "sd15-tile")


def save_full(root: Path, family: str) -> None:
    """``family`` (sd15, sdxl) and ``family``-tile at full size, in half precision."""
    with torch.device("cuda"):
        unet, vae = _unet(family), _vae((128, 256, 512, 512), 2, 32)
        if family == "sd15":
            pipe = _sd(root, unet, vae, _text(768, 12, 12))
        else:
            pipe = StableDiffusionXLPipeline(
                unet=unet,
                vae=vae,
                text_encoder=CLIPTextModel(_text(768, 12, 12)),
                text_encoder_2=CLIPTextModelWithProjection(_text(1280, 32, 20)),
                tokenizer=tokenizer(),
                tokenizer_2=tokenizer(),
                scheduler=scheduler(),
            )
        control = ControlNetModel.from_unet(unet)
    # As sdxl-vae-fp16-fix and SD 1.5's own: they stay within half precision.
    pipe.vae.register_to_config(force_upcast=False)
    pipe.to(dtype=torch.float16).save_pretrained(root / family)
    control.to(torch.float16).save_pretrained(root / f"{family}-tile")

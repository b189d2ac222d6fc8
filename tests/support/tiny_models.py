"""Real diffusers models of a few thousand random weights, on disk as a museum would have them."""

import hashlib
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    AutoencoderKLQwenImage,
    AutoencoderTiny,
    ControlNetModel,
    ControlNetUnionModel,
    DDIMScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    QwenImageEditPlusPipeline,
    QwenImageTransformer2DModel,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from tokenizers import pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Tokenizer,
    Qwen2TokenizerFast,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from server.errors import ModelMissing

torch.set_num_threads(1)  # threads that wait for each other cost more than so small a network

WIDTH = 32
"""Of the text encoders."""


class Folder:
    """Models by the names of their folders under ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, name: str) -> Path:
        found = self._root / name
        if not found.exists():
            raise ModelMissing(name, f"Run: rekindle models fetch {name}")
        return found

    def digest(self, name: str) -> str:
        return hashlib.sha256(str(self.folder(name)).encode()).hexdigest()


def tokenizer() -> CLIPTokenizer:
    """One with a byte-level vocabulary, made without a file."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*alphabet, *(f"{c}</w>" for c in alphabet), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: place for place, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)


def _text_config() -> CLIPTextConfig:
    return CLIPTextConfig(
        bos_token_id=512,
        eos_token_id=513,
        hidden_size=WIDTH,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        vocab_size=514,
        projection_dim=WIDTH,
    )


def vae() -> AutoencoderKL:
    """Eight pixels a latent, as the large ones have."""
    return AutoencoderKL(
        block_out_channels=[4, 4, 8, 8],
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=2,
    )


def _shape(xl: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "block_out_channels": (8, 16),
        "layers_per_block": 1,
        "in_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "cross_attention_dim": 2 * WIDTH if xl else WIDTH,
        "attention_head_dim": 2,
        "norm_num_groups": 2,
    }
    if xl:
        shape |= {
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 6 * 8 + WIDTH,
            "transformer_layers_per_block": (1, 1),
            "use_linear_projection": True,
        }
    return shape


def unet(xl: bool) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        out_channels=4,
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **_shape(xl),
    )


def controlnet(xl: bool, union: bool = False) -> Any:
    """With weights where a new one has zeros, so that it says something."""
    more: dict[str, Any] = {"conditioning_embedding_out_channels": (4, 4, 8, 8)}
    kind: Any = ControlNetModel
    if union:
        kind = ControlNetUnionModel
        more |= {
            "num_control_type": 8,
            "num_trans_channel": 8,
            "num_trans_head": 2,
            "num_proj_channel": 8,
        }
    net = kind(**_shape(xl), **more)
    for layer in (*net.controlnet_down_blocks, net.controlnet_mid_block):
        torch.nn.init.normal_(layer.weight, std=0.2)
    torch.nn.init.normal_(net.controlnet_cond_embedding.conv_out.weight, std=10)
    return net


def scheduler() -> DDIMScheduler:
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def save_sd15(root: Path, name: str = "sd15", *, silent: bool = False) -> None:
    """``silent``: its U-Net predicts zero, whatever it sees."""
    torch.manual_seed(1974)
    network = unet(xl=False)
    if silent:
        torch.nn.init.zeros_(network.conv_out.weight)
        torch.nn.init.zeros_(network.conv_out.bias)
    StableDiffusionPipeline(
        vae=vae(),
        text_encoder=CLIPTextModel(_text_config()),
        tokenizer=tokenizer(),
        unet=network,
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(root / name)


def save_sdxl(root: Path, name: str = "sdxl") -> None:
    torch.manual_seed(1990)
    StableDiffusionXLPipeline(
        vae=vae(),
        text_encoder=CLIPTextModel(_text_config()),
        text_encoder_2=CLIPTextModelWithProjection(_text_config()),
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        unet=unet(xl=True),
        scheduler=scheduler(),
    ).save_pretrained(root / name)


def save_controlnets(root: Path) -> None:
    torch.manual_seed(2023)
    controlnet(xl=False).save_pretrained(root / "tile-sd15")
    controlnet(xl=True).save_pretrained(root / "tile-sdxl")
    controlnet(xl=True, union=True).save_pretrained(root / "union-sdxl")


def save_lora(root: Path) -> None:
    """A LoRA for sd15's U-Net, as LCM's is."""
    torch.manual_seed(6)
    net = unet(xl=False)
    net.add_adapter(LoraConfig(r=2, init_lora_weights="gaussian", target_modules=["to_q", "to_v"]))
    layers = get_peft_model_state_dict(net)
    layers = {name: torch.randn_like(value) for name, value in layers.items()}
    StableDiffusionPipeline.save_lora_weights(root / "lora", unet_lora_layers=layers)


def save_taesd(root: Path) -> None:
    torch.manual_seed(8)
    AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
        latent_channels=4,
    ).save_pretrained(root / "taesd")


def save_klein(root: Path) -> None:
    """FLUX.2 klein: its classes, 16 pixels a token."""
    torch.manual_seed(4)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    words = Qwen2TokenizerFast(
        vocab={word: place for place, word in enumerate([*alphabet, *special])},
        merges=[],
        pad_token="<|endoftext|>",
        chat_template="{% for message in messages %}{{ message['content'] }}{% endfor %}",
    )
    text = Qwen3ForCausalLM(
        Qwen3Config(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=28,
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=8,
            vocab_size=len(alphabet) + len(special),
            max_position_embeddings=512,
        )
    )
    Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKLFlux2(
            block_out_channels=(4, 4, 4, 4),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            latent_channels=4,
            norm_num_groups=1,
            sample_size=32,
        ),
        text_encoder=text,
        tokenizer=words,
        transformer=Flux2Transformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=48,
            timestep_guidance_channels=32,
            axes_dims_rope=(4, 4, 4, 4),
            guidance_embeds=False,
        ),
        is_distilled=True,
    ).save_pretrained(root / "klein")


def save_qwen(root: Path) -> None:
    """Qwen-Image-Edit: its classes, with a text encoder that sees the picture."""
    torch.manual_seed(2511)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
        "<|image_pad|>", "<|video_pad|>",
    ]  # fmt: skip
    vocabulary = {word: place for place, word in enumerate([*alphabet, *special])}
    words = Qwen2Tokenizer(
        vocab=vocabulary,
        merges=[],
        pad_token=special[0],
        additional_special_tokens=special[1:],
    )
    text = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "vocab_size": len(vocabulary),
        "max_position_embeddings": 4096,
        "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e6},
        "bos_token_id": None,
        "eos_token_id": vocabulary["<|endoftext|>"],
        "pad_token_id": vocabulary["<|endoftext|>"],
    }
    vision = {
        "depth": 2,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_heads": 2,
        "out_hidden_size": 16,
        "fullatt_block_indexes": [1],
    }
    encoder = Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(
            text_config=text,
            vision_config=vision,
            image_token_id=vocabulary["<|image_pad|>"],
            video_token_id=vocabulary["<|video_pad|>"],
            vision_start_token_id=vocabulary["<|vision_start|>"],
            vision_end_token_id=vocabulary["<|vision_end|>"],
        )
    )
    processor = Qwen2VLProcessor(
        Qwen2VLImageProcessor(min_pixels=28 * 28, max_pixels=56 * 56),
        words,
        video_processor=Qwen2VLVideoProcessor(),
        chat_template="{{ messages }}",
    )
    QwenImageEditPlusPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKLQwenImage(
            base_dim=4,
            z_dim=4,
            dim_mult=[1, 2, 2, 2],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
            latents_mean=[0.0] * 4,
            latents_std=[1.0] * 4,
        ),
        text_encoder=encoder,
        tokenizer=words,
        processor=processor,
        transformer=QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=16,
            out_channels=4,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            guidance_embeds=False,
            axes_dims_rope=(8, 4, 4),
        ),
    ).save_pretrained(root / "qwen")

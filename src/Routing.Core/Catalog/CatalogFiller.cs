namespace LlmRouting.Catalog;

/// <summary>Fills what the configuration of a model leaves out with what a catalog says.</summary>
internal static class CatalogFiller
{
    /// <summary>Fills a profile; what it says itself stays, field by field.</summary>
    /// <param name="profile">What the configuration says.</param>
    /// <param name="hasCapabilities">Whether it says what the model can do; none is a saying, too.</param>
    /// <param name="known">What the catalog says.</param>
    /// <param name="filled">Takes the names of the fields that the catalog filled.</param>
    public static ModelProfile Fill(ModelProfile profile, bool hasCapabilities, CatalogModel known, List<string> filled)
    {
        ModelPrices own = profile.Prices;

        // A tier replaces the prices below it: beside prices of the host's own, the catalog's tiers would be another price list's.
        bool takesTiers = own is { Tiers.IsEmpty: true, Tokens: { Input: null, Output: null } };
        ModelPrices prices = own with
        {
            Tokens = own.Tokens.Or(known.Prices.Tokens),
            PerRequestUsd = own.PerRequestUsd ?? known.Prices.PerRequestUsd,
            BatchFactor = own.BatchFactor ?? known.Prices.BatchFactor,
            Tiers = takesTiers ? known.Prices.Tiers : own.Tiers,
        };
        ModelProfile full = profile with
        {
            Prices = prices,
            ContextTokens = profile.ContextTokens ?? known.ContextTokens,
            MaxOutputTokens = profile.MaxOutputTokens ?? known.MaxOutputTokens,
            Capabilities = hasCapabilities ? profile.Capabilities : known.Capabilities ?? profile.Capabilities,

            // A model is deprecated before it retires, and when it retires the host says.
            DeprecatedOn = profile.DeprecatedOn ?? (known.DeprecatedOn > profile.RetiresOn ? null : known.DeprecatedOn),
        };
        Note("Prices", prices != own);
        Note("ContextTokens", full.ContextTokens != profile.ContextTokens);
        Note("MaxOutputTokens", full.MaxOutputTokens != profile.MaxOutputTokens);
        Note("Capabilities", full.Capabilities != profile.Capabilities);
        Note("DeprecatedOn", full.DeprecatedOn != profile.DeprecatedOn);
        return full;

        void Note(string field, bool isFilled)
        {
            if (isFilled)
            {
                filled.Add(field);
            }
        }
    }
}

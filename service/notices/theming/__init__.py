"""How a tenant's present pages look: typed values and a logo of pixels, never CSS or markup of somebody's own."""

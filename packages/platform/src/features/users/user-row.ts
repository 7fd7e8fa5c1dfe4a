import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type ModelStatic,
  type Sequelize,
} from 'sequelize'
import type { QuietHours } from '../presence/index.ts'

/** A row of `users`, as Sequelize maps it. */
export interface UserRow extends Model<InferAttributes<UserRow>, InferCreationAttributes<UserRow>> {
  id: string
  tenantId: number
  hostId: string
  displayName: string
  phone: CreationOptional<string | null>
  email: CreationOptional<string | null>
  rateCoins: CreationOptional<number | null>
  rateSeconds: CreationOptional<number | null>
  ownRateCoins: CreationOptional<number | null>
  ownRateSeconds: CreationOptional<number | null>
  timeZone: CreationOptional<string | null>
  quietHours: CreationOptional<QuietHours | null>
  maxCallSeconds: CreationOptional<number | null>
  maxSecondsPerDay: CreationOptional<number | null>
  languages: CreationOptional<string[]>
  referralCode: string
  signupReferralCode: CreationOptional<string | null>
  signupIp: CreationOptional<string | null>
  /** Of users who were made before it was kept as a trace only. */
  signupDeviceId: CreationOptional<string | null>
  signupEmail: CreationOptional<string | null>
  /** By which edition of the rules traces were left. */
  traces: CreationOptional<number>
  availability: CreationOptional<'auto' | 'always' | 'never'>
  availableUntil: CreationOptional<Date | null>
  blocked: CreationOptional<boolean>
  /** Written by the feature that verifies people, and by nobody else. */
  kycStatus: CreationOptional<'not_started' | 'pending' | 'verified' | 'rejected'>
  tokensValidFrom: CreationOptional<Date | null>
  createdAt: Date
  deletedAt: CreationOptional<Date | null>
}

export type Users = ModelStatic<UserRow>

/** One mapping for each connection: a platform and its tests may hold several. */
export function mapUsers(sequelize: Sequelize): Users {
  return sequelize.define<UserRow>(
    'user',
    {
      id: { type: DataTypes.TEXT, primaryKey: true },
      tenantId: DataTypes.INTEGER,
      hostId: DataTypes.TEXT,
      displayName: DataTypes.TEXT,
      phone: DataTypes.TEXT,
      email: DataTypes.TEXT,
      rateCoins: DataTypes.INTEGER,
      rateSeconds: DataTypes.INTEGER,
      ownRateCoins: DataTypes.INTEGER,
      ownRateSeconds: DataTypes.INTEGER,
      timeZone: DataTypes.TEXT,
      quietHours: DataTypes.JSONB,
      maxCallSeconds: DataTypes.INTEGER,
      maxSecondsPerDay: DataTypes.INTEGER,
      languages: DataTypes.ARRAY(DataTypes.TEXT),
      referralCode: DataTypes.TEXT,
      signupReferralCode: DataTypes.TEXT,
      signupIp: DataTypes.TEXT,
      signupDeviceId: DataTypes.TEXT,
      signupEmail: DataTypes.TEXT,
      traces: DataTypes.INTEGER,
      availability: DataTypes.TEXT,
      availableUntil: DataTypes.DATE,
      blocked: DataTypes.BOOLEAN,
      kycStatus: DataTypes.TEXT,
      tokensValidFrom: DataTypes.DATE,
      createdAt: DataTypes.DATE,
      deletedAt: DataTypes.DATE,
    },
    { tableName: 'users', underscored: true, timestamps: false },
  )
}

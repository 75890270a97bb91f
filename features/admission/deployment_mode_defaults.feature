@rule-default-mode-written @extended
Feature: The webhook writes the default deployment mode into new services
  An annotation sets how a service is deployed. Without one, KServe uses the default of the cluster. From v0.9.0 on
  the webhook also writes that default into the service unless it is Knative's mode, so that a later change of the
  default does not affect existing services.

  @needs-default-mode
  Scenario Outline: The default <mode> is stored <when>
    Given the default deployment mode is "<mode>"
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {owner: team-a}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: <mode>}
      """

    @since-0.9.0 @until-0.15.2
    Examples: The old name
      | mode          | when           |
      | RawDeployment | before v0.16.0 |

    @since-0.16.0
    Examples: The new name
      | mode     | when          |
      | Standard | since v0.16.0 |

  @needs-default-mode @since-0.16.0
  Scenario: The old name of the default is stored as the new one
    Given the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" requests "sklearn"
    Then its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: Standard}
      """

  @needs-default-mode @until-0.16.0
  Scenario: The Knative default is not stored
    Given the default deployment mode is "Serverless"
    When a service in namespace "team-a" requests "sklearn"
    Then its stored manifest has no "metadata.annotations"

  @needs-default-mode @until-0.8.0
  Scenario: In v0.8.0 no default is stored
    Given the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" requests "sklearn"
    Then its stored manifest has no "metadata.annotations"

  @since-0.17.0
  Scenario: Since v0.17.0 the old name of a mode is replaced with the new one
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: RawDeployment}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: Standard}
      """

  @since-0.9.0 @until-0.16.0
  Scenario: A mode set by the service is kept
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: RawDeployment}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: RawDeployment}
      """
